/** What the server answers of exports of the library. */

export type ExportFile = 'html' | 'parquet' | 'csv' | 'npy' | 'projector'

/** A file that a job has written and that waits to be downloaded. */
export interface KeptExport {
  job_id: number
  filename: string
  n_bytes: number
}
