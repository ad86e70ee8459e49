import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { IconButton } from '@/components/IconButton'
import { countOf } from '@/domain/track'
import { visit } from '@/state/focus'
import { forgetUploads, useUploads, type Upload, type UploadStage } from '@/state/uploads'
import { changeView } from '@/state/view'

const STAGE_TEXT: Record<UploadStage, string> = {
  queued: 'Waiting',
  sending: 'Sending',
  hearing: 'In the library. The models are listening…',
  ready: 'On the map',
  failed: 'Not added',
}

/** What is on its way into the library, and what has arrived. */
export function UploadList() {
  const { uploads } = useUploads()
  if (uploads.length === 0) return null
  const under = uploads.filter(({ stage }) => stage !== 'ready' && stage !== 'failed').length
  return (
    <section className="uploads" aria-label="Added music" data-testid="uploads">
      <header>
        <h2 role="status">{under > 0 ? `Adding ${countOf(under, 'file')}` : 'Added'}</h2>
        <IconButton label="Close what is done" onClick={forgetUploads} testId="uploads-close">
          <X size={15} />
        </IconButton>
      </header>
      <ul>
        {uploads.map((upload) => (
          <UploadRow key={upload.id} upload={upload} />
        ))}
      </ul>
    </section>
  )
}

function UploadRow({ upload }: { upload: Upload }) {
  const { name, stage, sent, filename, problem } = upload
  const show = () => {
    changeView({ page: 'map' })
    if (filename) visit(filename)
  }
  return (
    <li className="upload-row" data-stage={stage} data-testid="upload-row">
      <span className="upload-row__text">
        <strong>{filename ?? name}</strong>
        <em role={stage === 'failed' ? 'alert' : undefined}>{stage === 'failed' ? problem : joinProblem(STAGE_TEXT[stage], problem)}</em>
      </span>
      {stage === 'ready' && (
        <button type="button" className="button" onClick={show} data-testid="upload-show">
          <CircleCheck size={13} aria-hidden /> Play
        </button>
      )}
      {stage === 'failed' && <CircleAlert size={16} aria-hidden />}
      {(stage === 'sending' || stage === 'hearing') && (
        <progress aria-label={`${name}: ${STAGE_TEXT[stage]}`} max={1} value={stage === 'sending' && sent < 1 ? sent : undefined} />
      )}
    </li>
  )
}

const joinProblem = (text: string, problem: string | null) => (problem ? `${text}. ${problem}` : text)
