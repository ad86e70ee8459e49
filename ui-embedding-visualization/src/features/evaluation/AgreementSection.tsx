import type { Agreement } from '@/api/evaluationTypes'
import { changeView } from '@/state/view'
import { DendrogramView } from './DendrogramView'
import { Downloads } from './Downloads'
import { MatrixView } from './MatrixView'

const MATRICES = [
  ['cka', 'Shape of the spaces: linear CKA'],
  ['jaccard', 'Shared neighbours: Jaccard index'],
  ['rbo', 'Shared ranking: rank-biased overlap'],
] as const
const N_TRACKS = 10

/** id: of the evaluation. How far models agree, and the tracks they agree about least. */
export function AgreementSection({ id, agreement }: { id: string; agreement: Agreement }) {
  const show = (track: string) => changeView({ page: 'map', track, panel: 'track' })
  return (
    <section aria-label="Agreement">
      <div className="evaluation__title">
        <h2>Agreement between models</h2>
        <Downloads id={id} files={['agreement.csv', 'agreement.png', 'agreement.svg']} />
      </div>
      <div className="evaluation__matrices">
        {MATRICES.map(([key, label]) => (
          <MatrixView key={key} names={agreement.models} values={agreement[key]} label={label} />
        ))}
        <DendrogramView agreement={agreement} />
      </div>
      <h3>Tracks that models disagree about most</h3>
      <ol className="strays">
        {agreement.tracks.slice(0, N_TRACKS).map(({ filename, disagreement }) => (
          <li key={filename}>
            <button type="button" className="link" onClick={() => show(filename)}>
              {filename}
            </button>
            <em>{disagreement.toFixed(2)}</em>
          </li>
        ))}
      </ol>
    </section>
  )
}
