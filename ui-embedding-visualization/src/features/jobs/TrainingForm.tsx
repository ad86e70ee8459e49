import { Download, GraduationCap } from 'lucide-react'
import { useState } from 'react'
import { useJobActions } from '@/api/jobQueries'
import type { Training, TrainingMusic, Trainings } from '@/api/trainingTypes'
import { keyOf, whatToFetch } from '@/domain/jobs'
import { MOST_EPOCHS, musicText, parseEpochs, whyNotTrainable } from '@/domain/trainings'
import { useExplorer } from '@/state/explorer'
import { useOnlyJob } from '@/state/jobs'
import { tellError } from '@/state/notices'
import { DownloadDialog } from './DownloadDialog'

/** What the head is to learn from, how long, and the button. */
export function TrainingForm({ offered }: { offered: Trainings }) {
  const possible = offered.trainings.filter((training) => whyNotTrainable(training) === null)
  const [wanted, setWanted] = useState<TrainingMusic | null>(null)
  const [epochs, setEpochs] = useState(String(offered.epochs))
  const [balanced, setBalanced] = useState(offered.balanced)
  const chosen = possible.find(({ name }) => name === wanted) ?? possible[0]
  return (
    <div className="training">
      <p className="training__what">A small head learns to bring tracks of a genre together. It listens through Whisper, which stays as it is and hears every window once.</p>
      <fieldset className="training__music">
        <legend className="visually-hidden">Music</legend>
        {offered.trainings.map((training) => (
          <MusicRow key={training.name} training={training} chosen={training === chosen} onChoose={() => setWanted(training.name)} />
        ))}
      </fieldset>
      <div className="training__start">
        <label>
          Epochs at most
          <input type="number" min={1} max={MOST_EPOCHS} value={epochs} onChange={(event) => setEpochs(event.target.value)} data-testid="training-epochs" />
        </label>
        <label>
          <input type="checkbox" checked={balanced} onChange={(event) => setBalanced(event.target.checked)} data-testid="training-balanced" />
          Every genre as often
        </label>
        <StartTraining training={chosen} epochs={parseEpochs(epochs)} balanced={balanced} />
      </div>
    </div>
  )
}

interface MusicRowProps {
  training: Training
  /** It is what is trained on. */
  chosen: boolean
  onChoose: () => void
}

function MusicRow({ training, chosen, onChoose }: MusicRowProps) {
  const problem = whyNotTrainable(training)
  return (
    <label className="training__row" data-disabled={problem !== null || undefined} data-testid={`training-${training.name}`}>
      <input type="radio" name="training-music" checked={chosen} disabled={problem !== null} onChange={onChoose} />
      <span>
        <strong>{training.label}</strong>
        <em>{problem ?? musicText(training)}</em>
      </span>
    </label>
  )
}

interface StartTrainingProps {
  /** What it learns from; undefined where nothing can be learnt from. */
  training: Training | undefined
  /** null: no number. */
  epochs: number | null
  balanced: boolean
}

/** Weights first where they are missing: nothing is downloaded before its size and licence have been seen. */
function StartTraining({ training, epochs, balanced }: StartTrainingProps) {
  const { under, start } = useOnlyJob('train')
  if (training?.missing) return <FetchFirst model={training.missing} />
  return (
    <button
      type="button"
      className="button button--main"
      disabled={under || training === undefined || epochs === null}
      onClick={() => start({ music: training?.name, epochs: epochs ?? undefined, balanced })}
      data-testid="start-train"
    >
      <GraduationCap size={14} aria-hidden /> {under ? 'Under way…' : 'Train'}
    </button>
  )
}

/** Fetch what a head listens through. */
function FetchFirst({ model }: { model: string }) {
  const [asking, setAsking] = useState(false)
  const { start } = useJobActions()
  const { under } = useOnlyJob('download')
  const models = useExplorer().models.data?.models ?? []
  const wanted = whatToFetch(models.filter((info) => keyOf(info) === model), models)
  const begin = () => {
    setAsking(false)
    void start('download', { models: [model] }).catch(tellError)
  }
  return (
    <>
      <button type="button" className="button button--main" disabled={under || wanted.toFetch.length === 0} onClick={() => setAsking(true)} data-testid="training-fetch">
        <Download size={14} aria-hidden /> {under ? 'Fetching…' : 'Get Whisper first…'}
      </button>
      <DownloadDialog open={asking} wanted={wanted} onClose={() => setAsking(false)} onAgree={begin} />
    </>
  )
}
