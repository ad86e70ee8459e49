import { ChartNoAxesColumn, LoaderCircle, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { ApiError } from '@/api/client'
import { useEvaluation } from '@/api/evaluationQueries'
import type { Evaluation, EvaluationSummary } from '@/api/evaluationTypes'
import { Face } from '@/components/Face'
import { Select } from '@/components/Select'
import { formatScore, isMap } from '@/domain/evaluation'
import { changeView, useView } from '@/state/view'
import { AgreementSection } from './AgreementSection'
import { ConfusionSection } from './ConfusionSection'
import { DifferenceSection } from './DifferenceSection'
import { Downloads } from './Downloads'
import './evaluation.css'
import { ScoreTable } from './ScoreTable'
import { StartEvaluation } from './StartEvaluation'

interface EvaluationPageProps {
  /** How far an evaluation is. */
  underWay: ReactNode
}

/** The middle of the screen: how models and maps fare by labels, and how far models agree. */
export function EvaluationPage({ underWay }: EvaluationPageProps) {
  const { evaluation: id } = useView()
  const { list, evaluation, error, refetch } = useEvaluation(id)
  if (evaluation && list) return <Found evaluation={evaluation} list={list} underWay={underWay} />
  if (error) return <Problem error={error} retry={refetch} />
  if (list?.length === 0 && id === null) return <Invitation underWay={underWay} />
  return <Face icon={<LoaderCircle size={22} />} title="Opening the evaluation…" testId="evaluation-loading">{null}</Face>
}

const TABLES = ['evaluation.csv', 'evaluation.md', 'evaluation.tex', 'models.png', 'models.svg']

function Found({ evaluation, list, underWay }: EvaluationPageProps & { evaluation: Evaluation; list: readonly EvaluationSummary[] }) {
  const of = (kind: 'space' | 'map') => evaluation.metrics.filter((metric) => metric.of === kind)
  const [models, maps] = [evaluation.rows.filter((row) => !isMap(row)), evaluation.rows.filter(isMap)]
  return (
    <div className="evaluation" data-testid="evaluation-page">
      <Head evaluation={evaluation} list={list} />
      {underWay}
      <ScoreTable title="Models" rows={models} metrics={of('space')} downloads={<Downloads id={evaluation.id} files={TABLES} />} />
      {models.length > 1 && <DifferenceSection key={`differences ${evaluation.id}`} evaluation={evaluation} rows={models} metrics={of('space')} />}
      {maps.length > 0 && <ScoreTable title="Maps" rows={maps} metrics={of('map')} downloads={<Downloads id={evaluation.id} files={['maps.png', 'maps.svg']} />} />}
      <ConfusionSection key={evaluation.id} id={evaluation.id} rows={models} classes={evaluation.classes} />
      {evaluation.agreement && <AgreementSection id={evaluation.id} agreement={evaluation.agreement} />}
    </div>
  )
}

const nameOf = (run: EvaluationSummary) => `${run.created_at.slice(0, 16).replace('T', ' ')} UTC, ${run.labels}`

function Head({ evaluation, list }: { evaluation: Evaluation; list: readonly EvaluationSummary[] }) {
  const { n_tracks, classes, labels, k, seed, n_left_out, artist_filtered, data_sha256, knn_ceiling = 1 } = evaluation
  return (
    <header className="evaluation__head">
      <Select
        label="Evaluation"
        value={evaluation.id}
        options={list.map((run) => ({ value: run.id, label: nameOf(run) }))}
        onChange={(id) => changeView({ evaluation: id })}
        testId="evaluation-run"
      />
      <p>
        {n_tracks} tracks, {classes.length} labels ({labels}), k = {k}, seed {seed}
        {n_left_out > 0 && `, ${n_left_out} tracks left out`}. {artist_filtered ? 'A track’s own artist does not count.' : 'No artist is left out.'}{' '}
        {knn_ceiling < 1 && `kNN accuracy reaches ${formatScore(knn_ceiling)} at most: other labels have one track. `}
        <span title={data_sha256}>Data {data_sha256.slice(0, 8)}.</span>
      </p>
      <StartEvaluation label="Evaluate again" />
    </header>
  )
}

function Problem({ error, retry }: { error: Error; retry: () => void }) {
  const missing = error instanceof ApiError && error.status === 404
  const action = missing ? { label: 'Show the newest', onClick: () => changeView({ evaluation: null }) } : { label: 'Try again', onClick: retry }
  return (
    <Face icon={<TriangleAlert size={22} />} title={missing ? 'There is no such evaluation' : 'The evaluation could not be opened'} alert action={action} testId="evaluation-error">
      <p>{error.message}</p>
    </Face>
  )
}

function Invitation({ underWay }: EvaluationPageProps) {
  return (
    <div className="evaluation evaluation--none">
      <Face icon={<ChartNoAxesColumn size={22} />} title="Which model is right for your labels?" testId="evaluation-none">
        <p>Every model that has heard something, and every map of it, is judged by the labels of your tracks, with intervals and chance levels. The figures then show here.</p>
        <p>
          From a terminal, by labels of your own too: <code>flask --app backend.server evaluate</code>
        </p>
        <StartEvaluation label="Evaluate" main />
      </Face>
      {underWay}
    </div>
  )
}
