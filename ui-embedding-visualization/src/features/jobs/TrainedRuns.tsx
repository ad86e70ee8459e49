import type { Accuracy, TrainedRun } from '@/api/trainingTypes'
import { IntervalBar } from '@/components/IntervalBar'
import { formatCount } from '@/domain/track'
import { runText, sourceText } from '@/domain/trainings'

/** Runs that came to their end, each beside what Whisper reaches as it is, and chance. */
export function TrainedRuns({ runs }: { runs: readonly TrainedRun[] }) {
  if (runs.length === 0) return <p className="training__none" data-testid="training-none">No run has come to its end yet. What one reaches is told here, beside Whisper as it is and chance.</p>
  return (
    <ul className="training-runs" aria-label="Finished runs">
      {runs.map((run) => (
        <RunRow key={run.name} run={run} />
      ))}
    </ul>
  )
}

function RunRow({ run }: { run: TrainedRun }) {
  return (
    <li data-testid="training-run">
      <div className="training-runs__head">
        <strong>{sourceText(run)}</strong>
        {run.used && <span>In use</span>}
        <em>{runText(run)}</em>
      </div>
      <dl>
        <Score name="Trained head" accuracy={run.head} chance={run.chance} />
        <Score name={`Whisper ${run.whisper ?? ''} as it is`} accuracy={run.raw} chance={run.chance} />
      </dl>
      <p>{scoreNote(run)}</p>
      {run.use.length > 0 && !run.used && <HowToUse commands={run.use} />}
    </li>
  )
}

const percent = (share: number): string => `${Math.round(share * 100)} %`

interface ScoreProps {
  name: string
  accuracy: Accuracy | null
  chance: number | null
}

function Score({ name, accuracy, chance }: ScoreProps) {
  if (accuracy?.mean == null || accuracy.interval_95 === null) return null
  const [low, high] = accuracy.interval_95
  const figure = `${percent(accuracy.mean)} (${percent(low)} to ${percent(high)})`
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <IntervalBar mean={accuracy.mean} interval={[low, high]} line={chance} range={[0, 1]} label={`${name}: ${figure}`} />
        <span>{figure}</span>
      </dd>
    </div>
  )
}

function scoreNote({ head, chance }: TrainedRun): string {
  const tracks = head ? formatCount(head.n) : 'the'
  return `Share of ${tracks} test tracks whose genre their five nearest tell, with 95 % intervals.${chance === null ? '' : ` The dashed line is chance, ${percent(chance)}.`}`
}

/** A running server keeps its settings: they are given at the next start. */
function HowToUse({ commands }: { commands: readonly string[] }) {
  return (
    <details data-testid="training-use">
      <summary>Hear the library through it</summary>
      <p>Set this for the server's next start, and have the model listen anew:</p>
      {commands.map((command) => (
        <code key={command} className="code-block">
          {command}
        </code>
      ))}
    </details>
  )
}
