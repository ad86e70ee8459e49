import { Scale } from 'lucide-react'
import { useState } from 'react'
import { Select } from '@/components/Select'
import { keyOf } from '@/domain/jobs'
import { useExplorer } from '@/state/explorer'
import { useOnlyJob } from '@/state/jobs'

const LABELS = [
  { value: 'genre', label: 'by genre' },
  { value: 'artist', label: 'by artist' },
  { value: 'album', label: 'by album' },
]

interface StartEvaluationProps {
  /** What the button says while nothing is under way. */
  label: string
  /** It is what the page is for. */
  main?: boolean
}

/** Judges all models that have heard something, by what is chosen. */
export function StartEvaluation({ label, main = false }: StartEvaluationProps) {
  const [labels, setLabels] = useState('genre')
  const { under, start } = useOnlyJob('evaluate')
  const heard = (useExplorer().models.data?.models ?? []).filter((info) => info.n_extracted > 0)
  const begin = () => start({ models: heard.map(keyOf), labels })
  return (
    <div className="evaluation__start">
      <Select label="Labels" value={labels} options={LABELS} onChange={setLabels} testId="evaluate-labels" />
      <button type="button" className={`button ${main ? 'button--main' : ''}`} disabled={under || heard.length === 0} onClick={begin} data-testid="start-evaluate">
        <Scale size={14} aria-hidden /> {under ? 'Under way…' : label}
      </button>
    </div>
  )
}
