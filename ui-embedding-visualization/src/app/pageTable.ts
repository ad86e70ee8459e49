/** What each page puts on the left and in the middle of the frame, and how these are called. */
import { lazy, type ComponentType } from 'react'
import { Controls } from '@/features/controls/Controls'
import { MapStage } from '@/features/map/MapStage'
import type { Page } from '@/state/view'

const READ_AFTER_MS = 2000

const readOthers = () => import('./otherPages')

/** A component that is read when it is first shown. */
const other = (name: keyof Awaited<ReturnType<typeof readOthers>>) => lazy(async () => ({ default: (await readOthers())[name] }))

/** Read the other pages once the map has had its time, so that none of them is waited for. */
export function readOthersSoon(): () => void {
  const timer = setTimeout(() => void readOthers(), READ_AFTER_MS)
  return () => clearTimeout(timer)
}

interface PageParts {
  Left: ComponentType
  leftLabel: string
  Main: ComponentType
  label: string
}

const BESIDE_A_MAP = { Left: Controls, leftLabel: 'View and colours' }

export const PAGES: Record<Page, PageParts> = {
  map: { ...BESIDE_A_MAP, Main: MapStage, label: 'Map' },
  library: { ...BESIDE_A_MAP, Main: other('LibraryPage'), label: 'Library' },
  track: { ...BESIDE_A_MAP, Main: other('TrackPage'), label: 'Track' },
  playlists: { Left: other('PlaylistList'), leftLabel: 'Playlists', Main: other('PlaylistPage'), label: 'Playlist' },
  jobs: { Left: other('LibraryWork'), leftLabel: 'Music folder and maps', Main: other('JobsPage'), label: 'Jobs' },
  evolution: { ...BESIDE_A_MAP, Main: other('EvolutionPage'), label: 'Evolution' },
  duplicates: { ...BESIDE_A_MAP, Main: other('DuplicatesPage'), label: 'Duplicates' },
  export: { ...BESIDE_A_MAP, Main: other('ExportPage'), label: 'Export' },
  evaluation: { Left: other('MetricNotes'), leftLabel: 'What is measured', Main: other('EvaluationPage'), label: 'Evaluation' },
}
