/** What the library can be exported as. */
import type { ExportFile } from '@/api/exportTypes'

interface FormatInfo {
  label: string
  /** What it is for. */
  use: string
}

export const FORMATS: Record<ExportFile, FormatInfo> = {
  html: { label: 'Web page', use: 'The maps in one file that needs nothing else: to look at, to send, to lie beside a paper' },
  parquet: { label: 'Parquet', use: 'One table of facts and embeddings: pandas, R, DuckDB' },
  csv: { label: 'CSV', use: 'The same as text: spreadsheets' },
  npy: { label: 'NumPy', use: 'An array a model and a table of facts, in a ZIP archive' },
  projector: { label: 'Projector', use: 'A log folder for TensorBoard, in a ZIP archive' },
}

export const isPage = (format: ExportFile): boolean => format === 'html'

/** Of five seconds of a track, in a page. */
const PREVIEW_BYTES = 40_000

export const previewBytes = (nTracks: number): number => nTracks * PREVIEW_BYTES
