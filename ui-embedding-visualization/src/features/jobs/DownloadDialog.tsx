import { Download } from 'lucide-react'
import { Dialog } from '@/components/Dialog'
import { formatBytes, keyOf, nameOf, type Wanted } from '@/domain/jobs'

interface DownloadDialogProps {
  /** Whether it is shown. */
  open: boolean
  /** What would be fetched. */
  wanted: Wanted
  /** It was closed without a yes. */
  onClose: () => void
  /** Yes. */
  onAgree: () => void
}

/** Size and licence of everything that would be downloaded, before it is. */
export function DownloadDialog({ open, wanted, onClose, onAgree }: DownloadDialogProps) {
  const total = wanted.bytes === null ? 'Download' : `Download ${formatBytes(wanted.bytes)}`
  return (
    <Dialog title="Download weights?" open={open} onClose={onClose} testId="download-dialog">
      <p>They come from where they are published and are checked against their digests. Each has a licence of its own; non-commercial ones bind you.</p>
      <ul className="download-list">
        {wanted.toFetch.map((info) => (
          <li key={keyOf(info)}>
            <strong>{nameOf(info)}</strong>
            <span>{info.weights?.n_bytes ? formatBytes(info.weights.n_bytes) : 'size unknown'}</span>
            <em>{info.licence ?? 'licence unknown'}</em>
          </li>
        ))}
      </ul>
      <div className="button-row">
        <button type="button" className="button button--main" onClick={onAgree} data-autofocus data-testid="download-agree">
          <Download size={14} aria-hidden /> {total}
        </button>
        <button type="button" className="button" onClick={onClose}>
          Not now
        </button>
      </div>
    </Dialog>
  )
}
