import { HOME } from '../config'
import { useData } from '../ui/data'
import { MoveButtons, moveItem } from '../ui/order'
import { words } from '../words'
import { readArticle } from './draft'

/** Articles in their order, by their ids; without `onChange` the order stays. */
export function ArticleOrder({ ids, lang, onChange }: { ids: string[]; lang?: string; onChange?: (ids: string[]) => void }) {
  const w = words.value
  const titles = useData(async () => new Map(await Promise.all(ids.map(async (id) =>
    [id, (await readArticle(id).catch(() => null))?.title ?? id] as const))), [[...ids].sort().join()])
  return (
    <ol class="plain-list">
      {ids.map((id, index) => {
        const name = titles.data?.get(id) ?? '…'
        return (
          <li key={id} class="choice-line">
            <a href={`${HOME}/articles/${id}`} lang={lang}>{name}</a>
            {onChange && <span>
              <MoveButtons name={name} index={index} count={ids.length} onMove={(step) => onChange(moveItem(ids, index, step))} />
              <button type="button" class="plain" aria-label={w.removeOf(name)} onClick={() => onChange(ids.filter((other) => other !== id))}>{w.remove}</button>
            </span>}
          </li>
        )
      })}
    </ol>
  )
}
