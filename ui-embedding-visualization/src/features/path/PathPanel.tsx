import { JourneySection } from './JourneySection'
import { BlendSection } from './BlendSection'
import './path.css'

/** The right panel for ways through the model's space: from one track to another, and between several. */
export function PathPanel() {
  return (
    <div className="path-panel" data-testid="path-panel">
      <JourneySection />
      <BlendSection />
    </div>
  )
}
