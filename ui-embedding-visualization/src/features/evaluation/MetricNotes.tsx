import { useEvaluation } from '@/api/evaluationQueries'
import { useView } from '@/state/view'

/** The left panel of the page of evaluations: what its columns mean. */
export function MetricNotes() {
  const { evaluation } = useEvaluation(useView().evaluation)
  return (
    <section className="panel-section" aria-label="What is measured">
      <h2>What is measured</h2>
      <p className="hint">Bars are 95 % intervals over tracks; the dashed line is what chance reaches. Two models may be told apart though their bars overlap: see the paired differences.</p>
      <div tabIndex={0} role="region" aria-label="Metrics">
        <dl className="metric-notes">
          {evaluation?.metrics.map(({ key, title, help }) => (
            <div key={key}>
              <dt>{title}</dt>
              <dd>{help}</dd>
            </div>
          ))}
        </dl>
      </div>
    </section>
  )
}
