import { TriangleAlert } from 'lucide-react'
import { Component, type ReactNode } from 'react'
import { Face } from '@/components/Face'

interface CrashBoundaryProps {
  /** What may fail. */
  children: ReactNode
}

/** A fault in the app itself: say so, instead of a white page. */
export class CrashBoundary extends Component<CrashBoundaryProps, { error: Error | null }> {
  override state: { error: Error | null } = { error: null }

  static getDerivedStateFromError(error: Error) {
    return { error }
  }

  override render() {
    const { error } = this.state
    if (!error) return this.props.children
    return (
      <div className="crash">
        <Face icon={<TriangleAlert size={22} />} title="Melodex stumbled" alert action={{ label: 'Reload', onClick: () => window.location.reload() }}>
          <p>{error.message}</p>
        </Face>
      </div>
    )
  }
}
