export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: XmlElement[]
  /** Its own text, that of its children left out. */
  text: string
}

/** A strict reader of the XML that a JUnit report needs: elements, attributes, text and the five entities. */
export function parseXml(source: string): XmlElement {
  // XML 1.0 §2.2
  if (/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(source)) throw new Error('not a character of XML')
  const root: XmlElement = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  const token =
    /<\?xml version="1\.0" encoding="UTF-8"\?>|<(?<close>\/)?(?<name>[a-z-]+)(?<attributes>(?: [a-z]+="[^"<]*")*)(?<empty>\/)?>|(?<text>[^<]+)/y
  for (let at = 0; at < source.length; at = token.lastIndex) {
    token.lastIndex = at
    const match = token.exec(source)
    if (!match) throw new Error(`not well-formed at ${source.slice(at, at + 40)}`)
    const { close, name, attributes = '', empty, text } = match.groups ?? {}
    const parent = open.at(-1)
    if (!parent) throw new Error('text behind the root')
    if (text !== undefined) {
      if (text.includes(']]>')) throw new Error(']]> in text')
      parent.text += unescaped(text)
    } else if (close) {
      if (parent.name !== name) throw new Error(`</${name}> closes <${parent.name}>`)
      open.pop()
    } else if (name !== undefined) {
      const element: XmlElement = { name, attributes: attributesOf(attributes), children: [], text: '' }
      parent.children.push(element)
      if (!empty) open.push(element)
    }
  }
  const [element, ...others] = root.children
  if (!element || others.length > 0 || open.length !== 1 || root.text.trim() !== '') throw new Error('not one root')
  return element
}

function attributesOf(source: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const [, name = '', value = ''] of source.matchAll(/ ([a-z]+)="([^"]*)"/g)) {
    if (name in found) throw new Error(`${name} stands twice`)
    found[name] = unescaped(value)
  }
  return found
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#10': '\n' }

const unescaped = (text: string): string =>
  text.replace(/&([^;]{0,8};)?/g, (_, entity = '') => {
    const character = entities[entity.slice(0, -1)]
    if (character === undefined) throw new Error(`&${entity} is no entity`)
    return character
  })
