/** Two maps side by side: on and off. */
import { useCallback } from 'react'
import { useModelsOnce } from '@/api/queries'
import type { ModelsAnswer } from '@/api/types'
import { otherMap, resolveQuery } from '@/domain/models'
import { needsTwoMaps } from '@/domain/overlays'
import { changeView, getView } from './view'

/** Opens a second map, as soon as it is known which models there are, or closes it. */
export function useSecondMapSwitch(): () => void {
  const models = useModelsOnce()
  return useCallback(() => {
    if (getView().second) closeSecondMap()
    // Pressed twice meanwhile: opened, and closed again. Without models the map's own face says what is wrong.
    else models().then(switchSecondMap, () => undefined)
  }, [models])
}

const switchSecondMap = (answer: ModelsAnswer) => (getView().second ? closeSecondMap() : openSecondMap(answer))

function closeSecondMap(): void {
  const { colour } = getView()
  changeView({ second: null, ...(colour !== null && needsTwoMaps(colour) && { colour: null, hidden: [] }) })
}

/** Another model's map. */
function openSecondMap(answer: ModelsAnswer): void {
  const { model, variant, space, method, dimensions } = getView()
  const first = resolveQuery({ model, variant, space, method, dimensions }, answer)
  changeView({ page: 'map', second: { ...otherMap(first, answer), camera: null } })
}
