import { Download } from 'lucide-react'
import type { Track } from '@/api/types'
import { EXPORT_FORMATS, fileNameOf, type ExportFormat } from '@/domain/playlist'
import { useDraft } from '@/state/playlist'

/** Takes the playlist along as a file. */
export function ExportMenu({ tracks }: { tracks: readonly Track[] }) {
  const name = useDraft((draft) => draft.name)
  return (
    <div className="button-row" role="group" aria-label="Export">
      {EXPORT_FORMATS.map((format) => (
        <button key={format.ending} type="button" className="button button--small" onClick={() => download(format, name, tracks)} data-testid={`export-${format.ending}`}>
          <Download size={12} aria-hidden /> {format.label}
        </button>
      ))}
    </div>
  )
}

function download({ ending, type, write }: ExportFormat, name: string, tracks: readonly Track[]): void {
  const url = URL.createObjectURL(new Blob([write(name, tracks)], { type: `${type};charset=utf-8` }))
  const link = Object.assign(document.createElement('a'), { href: url, download: fileNameOf(name, ending) })
  link.click()
  URL.revokeObjectURL(url)
}
