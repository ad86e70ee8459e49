import { useTrainings } from '@/api/trainingQueries'
import { Skeleton } from '@/components/Face'
import './training.css'
import { TrainedRuns } from './TrainedRuns'
import { TrainingForm } from './TrainingForm'

/** A head of one's own: what it can be trained on, and what came of it before. */
export function TrainingWork() {
  const { data, error, refetch } = useTrainings()
  return (
    <section className="jobs-section" aria-label="Training" data-testid="training-work">
      <h2>Training</h2>
      {data ? (
        <>
          <TrainingForm offered={data} />
          <TrainedRuns runs={data.runs} />
        </>
      ) : error ? (
        <div role="alert">
          <p className="job__error">{error.message}</p>
          <button type="button" className="link" onClick={() => void refetch()}>
            Look again
          </button>
        </div>
      ) : (
        <Skeleton width="100%" height={150} />
      )}
    </section>
  )
}
