import { HOME } from '../config'
import { Screen } from '../ui/parts'
import { words } from '../words'

export const Nowhere = () => (
  <Screen title={words.value.nowhere}>
    <p><a href={`${HOME}/`}>{words.value.today}</a></p>
  </Screen>
)
