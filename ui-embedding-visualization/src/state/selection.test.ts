import { beforeEach, describe, expect, it } from 'vitest'
import { changeSelection, clearSelection, redoSelection, toggleSelected, undoSelection, useSelection } from './selection'
import { changeView, DEFAULT_VIEW, getView } from './view'

const selected = () => getView().selection

beforeEach(() => {
  useSelection.setState(useSelection.getInitialState())
  changeView(DEFAULT_VIEW, 'amend')
})

describe('undo and redo', () => {
  it('walk back and forth through every change', () => {
    changeSelection([1, 2])
    changeSelection([3], 'add')
    toggleSelected(1)
    clearSelection()
    const seen = [selected()]
    for (let i = 0; i < 4; i++) {
      undoSelection()
      seen.push(selected())
    }
    expect(seen).toEqual([[], [2, 3], [1, 2, 3], [1, 2], []])
    redoSelection()
    redoSelection()
    expect(selected()).toEqual([1, 2, 3])
  })

  it('forget the undone when something new is selected', () => {
    changeSelection([1])
    undoSelection()
    changeSelection([2])
    redoSelection()
    expect(selected()).toEqual([2])
  })

  it('take no step for a change that changes nothing, and stop at the ends', () => {
    changeSelection([1])
    changeSelection([1])
    undoSelection()
    undoSelection()
    expect(selected()).toEqual([])
    expect(useSelection.getState().future).toHaveLength(1)
  })
})

it('the selection stands in the link without filling the history', () => {
  const before = window.history.length
  changeSelection([7, 8, 9])
  expect(window.location.search).toBe('?select=7-2')
  expect(window.history.length).toBe(before)
})
