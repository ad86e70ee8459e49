import { Segmented } from '@/components/Segmented'
import { Select } from '@/components/Select'
import type { Dimensions, ModelInfo, ModelsAnswer, ProjectionQuery, Space } from '@/api/types'
import { bestVariant, findModel, modelChoices, variantChoices } from '@/domain/models'
import { changeMap, type SeenMap, type Side } from '@/state/view'

const SPACES: { value: Space; label: string }[] = [
  { value: 'embedding', label: 'Embedding' },
  { value: 'taggram', label: 'Taggram' },
]

interface ViewControlsProps {
  /** What exists. */
  answer: ModelsAnswer
  /** What is shown. */
  query: ProjectionQuery
  /** Which map, of two, is chosen here. */
  side: Side
}

/** Which model's map is drawn, and how. */
export function ViewControls({ answer, query, side }: ViewControlsProps) {
  const show = showOn(side)
  const info = findModel(answer.models, query.model, query.variant)
  return (
    <section className="panel-section" aria-label="View">
      <h2>View</h2>
      <ModelRows answer={answer} query={query} side={side} />
      <div className="row">
        <span>Space</span>
        <Segmented label="Space" value={query.space} options={SPACES} onChange={(space) => show({ space })} testIdPrefix="space" />
      </div>
      <div className="row">
        <span>Method</span>
        <Segmented
          label="Method"
          value={query.method}
          options={answer.projections.map(({ name, label }) => ({ value: name, label }))}
          onChange={(method) => show({ method })}
          testIdPrefix="method"
        />
      </div>
      <div className="row">
        <span>Dimensions</span>
        <Segmented
          label="Dimensions"
          value={String(query.dimensions)}
          options={answer.dimensions.map((n) => ({ value: String(n), label: `${n}-D` }))}
          onChange={(value) => show({ dimensions: Number(value) as Dimensions })}
          testIdPrefix="dimensions"
        />
      </div>
      {info && <p className="hint">{describeSpace(info, query.space)}</p>}
    </section>
  )
}

function ModelRows({ answer, query, side }: ViewControlsProps) {
  const show = showOn(side)
  const pickModel = (model: string) => show({ model, variant: bestVariant(answer.models, model) })
  return (
    <>
      <div className="row">
        <span>Model</span>
        <Select label="Model" value={query.model} options={modelChoices(answer.models)} onChange={pickModel} testId="select-model" />
      </div>
      <div className="row">
        <span>Trained on</span>
        <Select
          label="Trained on"
          value={query.variant}
          options={variantChoices(answer.models, query.model)}
          onChange={(variant) => show({ model: query.model, variant })}
          testId="select-variant"
        />
      </div>
    </>
  )
}

/** Another map is seen from its own best place. */
const showOn = (side: Side) => (patch: Partial<SeenMap>) => changeMap(side, { ...patch, camera: null })

/** What a vector of this map is made of, and on what terms the model may be used. */
function describeSpace(info: ModelInfo, space: Space): string {
  const seconds = Number(info.segment_seconds.toFixed(2))
  const numbers = space === 'taggram' ? `${info.taggram_dim} numbers a track (${info.taggram_label})` : `${info.embedding_dim} numbers a track`
  const licence = info.licence ? ` Weights: ${info.licence}.` : ''
  return `${numbers}, from ${seconds} s windows at ${info.sample_rate / 1000} kHz.${licence}`
}
