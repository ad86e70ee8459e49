import { Download, LoaderCircle, PackageOpen, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { downloadUrl, useExports } from '@/api/exportQueries'
import type { KeptExport } from '@/api/exportTypes'
import { useJobs } from '@/api/jobQueries'
import type { Job } from '@/api/jobTypes'
import { Face } from '@/components/Face'
import { formatBytes, jobTitle, outcomeText } from '@/domain/jobs'
import { useExplorer } from '@/state/explorer'
import { changeView } from '@/state/view'
import './export.css'
import { ExportForm } from './ExportForm'

interface ExportPageProps {
  /** How far exports are. */
  underWay: ReactNode
}

/** The middle of the screen: the library as files for other programs, or as a page. */
export function ExportPage({ underWay }: ExportPageProps) {
  const { models } = useExplorer()
  if (models.error) {
    return (
      <Face icon={<TriangleAlert size={22} />} title="The models could not be loaded" alert action={{ label: 'Try again', onClick: models.retry }} testId="export-error">
        <p>{models.error.message}</p>
      </Face>
    )
  }
  if (!models.data) return <Face icon={<LoaderCircle size={22} />} title="Looking for models…">{null}</Face>
  const heard = models.data.models.filter((info) => info.n_extracted > 0)
  if (heard.length === 0) {
    return (
      <Face icon={<PackageOpen size={22} />} title="Nothing to export yet" action={{ label: 'Have a model listen', onClick: () => changeView({ page: 'jobs' }) }} testId="export-none">
        <p>What models hear can be taken along: as a table, as arrays, as a page with the maps. None has heard a track so far.</p>
      </Face>
    )
  }
  return (
    <div className="export-page" data-testid="export-page">
      <ExportForm heard={heard} projections={models.data.projections} nTracks={models.data.n_tracks} />
      {underWay}
      <Ready />
    </div>
  )
}

/** Files that can be downloaded. */
function Ready() {
  const { data, error } = useExports()
  const jobs = useJobs().data?.jobs
  if (error) {
    return (
      <p className="job__error" role="alert">
        {error.message}
      </p>
    )
  }
  if (!data?.length) return null
  return (
    <section aria-label="Ready">
      <h2>Ready</h2>
      <ul className="export-files">
        {data.map((file) => (
          <FileRow key={file.job_id} file={file} job={jobs?.find(({ id }) => id === file.job_id)} />
        ))}
      </ul>
      <p className="hint">The newest five are kept.</p>
    </section>
  )
}

function FileRow({ file, job }: { file: KeptExport; job: Job | undefined }) {
  const { models } = useExplorer()
  return (
    <li data-testid="export-file">
      <span>
        <strong>{job ? jobTitle(job, models.data?.models ?? []) : file.filename}</strong>
        <em>{job ? outcomeText(job) : null}</em>
      </span>
      <a className="button" href={downloadUrl(file)} download={file.filename} data-testid="export-download">
        <Download size={14} aria-hidden /> {file.filename}, {formatBytes(file.n_bytes)}
      </a>
    </li>
  )
}
