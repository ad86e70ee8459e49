import { FileOutput } from 'lucide-react'
import { useState } from 'react'
import type { ExportFile } from '@/api/exportTypes'
import { useJobActions } from '@/api/jobQueries'
import type { ModelInfo, ModelsAnswer } from '@/api/types'
import { Segmented } from '@/components/Segmented'
import { FORMATS, isPage, previewBytes } from '@/domain/exports'
import { formatBytes, keyOf, nameOf } from '@/domain/jobs'
import { countOf } from '@/domain/track'
import { tellError } from '@/state/notices'

const NAMES = Object.keys(FORMATS) as ExportFile[]

interface ExportFormProps {
  /** Models that have heard something. */
  heard: readonly ModelInfo[]
  /** How maps can be drawn. */
  projections: ModelsAnswer['projections']
  /** Tracks of the library. */
  nTracks: number
}

/** What to take along, and the button that has it made. */
export function ExportForm({ heard, projections, nTracks }: ExportFormProps) {
  const [format, setFormat] = useState<ExportFile>('html')
  const [without, setWithout] = useState<ReadonlySet<string>>(new Set())
  const [method, setMethod] = useState(projections[0]?.name)
  const [previews, setPreviews] = useState(false)
  const { start } = useJobActions()
  const models = heard.map(keyOf).filter((key) => !without.has(key))
  const page = isPage(format)
  const make = () => void start('export', { format, models, method, previews: page && previews }).catch(tellError)
  return (
    <section className="export-form" aria-label="What to export">
      <FormatChoice format={format} onChange={setFormat} />
      <ModelChoice heard={heard} without={without} onChange={setWithout} />
      {page && (
        <fieldset>
          <legend>Maps</legend>
          <Segmented label="Method" value={method} options={projections.map(({ name, label }) => ({ value: name, label }))} onChange={setMethod} testIdPrefix="export-method" />
          <label className="export-check">
            <input type="checkbox" checked={previews} onChange={(event) => setPreviews(event.target.checked)} data-testid="export-previews" />
            <span>
              Five seconds of every track to listen to<em>{formatBytes(previewBytes(nTracks))} more</em>
            </span>
          </label>
        </fieldset>
      )}
      <div className="export-start">
        <p>{models.length === 0 ? 'Check a model.' : `${countOf(nTracks, 'track')}, ${countOf(models.length, 'model')}.`}</p>
        <button type="button" className="button button--main" disabled={models.length === 0} onClick={make} data-testid="start-export">
          <FileOutput size={14} aria-hidden /> Make the file
        </button>
      </div>
    </section>
  )
}

function FormatChoice({ format, onChange }: { format: ExportFile; onChange: (format: ExportFile) => void }) {
  return (
    <fieldset>
      <legend>Format</legend>
      {NAMES.map((name) => (
        <label key={name} className="export-check" data-testid={`export-format-${name}`}>
          <input type="radio" name="format" checked={name === format} onChange={() => onChange(name)} />
          <span>
            {FORMATS[name].label}
            <em>{FORMATS[name].use}</em>
          </span>
        </label>
      ))}
    </fieldset>
  )
}

interface ModelChoiceProps {
  heard: readonly ModelInfo[]
  /** Keys of those that are left out. */
  without: ReadonlySet<string>
  onChange: (without: ReadonlySet<string>) => void
}

function ModelChoice({ heard, without, onChange }: ModelChoiceProps) {
  const toggle = (key: string) => onChange(new Set(without.has(key) ? [...without].filter((other) => other !== key) : [...without, key]))
  return (
    <fieldset>
      <legend>Models</legend>
      {heard.map((info) => (
        <label key={keyOf(info)} className="export-check" data-testid={`export-model-${keyOf(info)}`}>
          <input type="checkbox" checked={!without.has(keyOf(info))} onChange={() => toggle(keyOf(info))} />
          <span>
            {nameOf(info)}
            <em>{countOf(info.n_extracted, 'track')} heard</em>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
