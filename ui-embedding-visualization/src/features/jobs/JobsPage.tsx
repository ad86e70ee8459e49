import { Activity, LoaderCircle, TriangleAlert } from 'lucide-react'
import { isUnfinished, useJobs } from '@/api/jobQueries'
import type { Job } from '@/api/jobTypes'
import { Face } from '@/components/Face'
import { useMedia } from '@/state/theme'
import { JobCard } from './JobCard'
import './jobs.css'
import { LibraryWork } from './LibraryWork'
import { ModelWork } from './ModelWork'
import { TrainingWork } from './TrainingWork'

/** A phone, where the left panel is out of sight. */
const SMALL = '(max-width: 759px)'

/** The middle of the screen: what is under way, what can be started, what has been done. */
export function JobsPage() {
  const { data, error, refetch } = useJobs()
  const small = useMedia(SMALL)
  if (!data) {
    if (!error) return <Face icon={<LoaderCircle size={22} />} title="Looking for jobs…" testId="jobs-loading">{null}</Face>
    return (
      <Face icon={<TriangleAlert size={22} />} title="The jobs could not be loaded" alert action={{ label: 'Try again', onClick: () => void refetch() }} testId="jobs-error">
        <p>{error.message}</p>
      </Face>
    )
  }
  const under = data.jobs.filter(isUnfinished).reverse()
  const ended = data.jobs.filter((job) => !isUnfinished(job))
  return (
    <div className="jobs-page" data-testid="jobs-page">
      {under.length > 0 && !data.worker && <NoWorker />}
      {under.length > 0 && <JobList title="Under way" jobs={under} />}
      {small && <LibraryWork />}
      <ModelWork />
      <TrainingWork />
      {ended.length > 0 ? <JobList title="Done before" jobs={ended} /> : <NothingYet busy={under.length > 0} />}
    </div>
  )
}

function JobList({ title, jobs }: { title: string; jobs: readonly Job[] }) {
  return (
    <section className="jobs-section" aria-label={title}>
      <h2>{title}</h2>
      <ul className="job-list">
        {jobs.map((job) => (
          <JobCard key={job.id} job={job} />
        ))}
      </ul>
    </section>
  )
}

function NothingYet({ busy }: { busy: boolean }) {
  if (busy) return null
  return (
    <section className="jobs-section" aria-label="Done before">
      <h2>Done before</h2>
      <p className="jobs-nothing" data-testid="jobs-empty">
        <Activity size={15} aria-hidden /> Nothing yet. What you start here goes on when you close this page, and after a restart of the server.
      </p>
    </section>
  )
}

const NoWorker = () => (
  <p className="jobs-warning" role="status" data-testid="jobs-no-worker">
    <TriangleAlert size={15} aria-hidden />
    <span>
      No worker runs yet, so these jobs wait. If none comes, start one: <code>flask --app backend.server work</code>
    </span>
  </p>
)
