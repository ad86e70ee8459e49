/** All pages but the map, in a file of their own: the map does not wait for them. */
import { DuplicatesPage as Duplicates } from '@/features/duplicates/DuplicatesPage'
import { EvaluationPage as Evaluation } from '@/features/evaluation/EvaluationPage'
import { ExportPage as Export } from '@/features/export/ExportPage'
import { JobsUnderWay } from '@/features/jobs/JobsUnderWay'

export { MetricNotes } from '@/features/evaluation/MetricNotes'
export { EvolutionPage } from '@/features/evolution/EvolutionPage'
export { JobsPage } from '@/features/jobs/JobsPage'
export { LibraryWork } from '@/features/jobs/LibraryWork'
export { LibraryPage } from '@/features/library/LibraryPage'
export { PlaylistList } from '@/features/playlists/PlaylistList'
export { PlaylistPage } from '@/features/playlists/PlaylistPage'
export { TrackPage } from '@/features/track/TrackPage'

export const DuplicatesPage = () => <Duplicates underWay={<JobsUnderWay kind="duplicates" />} />
export const EvaluationPage = () => <Evaluation underWay={<JobsUnderWay kind="evaluate" />} />
export const ExportPage = () => <Export underWay={<JobsUnderWay kind="export" />} />
