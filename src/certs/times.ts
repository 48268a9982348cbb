import type { TimeValue, When } from '../scenarios/entry.ts'
import { isWhen } from '../scenarios/recipe/forms.ts'
import { type Der, generalizedTime, rawTime, time } from './der.ts'

const day = 86_400_000

/** That many days from now. */
export const dayFrom = (now: Date, days: number): Date => new Date(now.getTime() + days * day)

/** A time with the bytes that stand for it. */
export interface Instant {
  /** The nearest that a date can say; what is no time at all counts as `right`. */
  readonly date: Date
  readonly der: Der
}

/**
 * The time that a value stands for.
 * @param right what it is without the value
 * @param encode how it is spelled where the value says nothing of its form
 */
export const instantOf = (
  value: TimeValue | undefined,
  { now, right, encode = time }: { readonly now: Date; readonly right: Date; readonly encode?: (date: Date) => Der },
): Instant => {
  if (value === undefined) return { date: right, der: encode(right) }
  if (isWhen(value)) {
    const date = dateOf(value, now)
    return { date, der: encode(date) }
  }
  const kind = 'utcTime' in value ? 'utcTime' : 'generalizedTime'
  const when = 'utcTime' in value ? value.utcTime : value.generalizedTime
  if (typeof when === 'string') return { date: readTime(kind, when) ?? right, der: rawTime(kind, when) }
  const date = dateOf(when, now)
  if (value.form === undefined && kind === 'generalizedTime') return { date, der: generalizedTime(date) }
  return { date, der: rawTime(kind, spelled(value.form ?? 'YYMMDDhhmmssZ', date)) }
}

const dateOf = (when: When, now: Date): Date => {
  if ('days' in when) return dayFrom(now, when.days)
  return 'seconds' in when ? new Date(now.getTime() + when.seconds * 1000) : new Date(when.at)
}

const spelled = (form: string, date: Date): string => {
  const [year = '', month = '', dayOfMonth = '', hour = '', minute = '', second = ''] = date
    .toISOString()
    .split(/[-T:.]/)
  const parts: Readonly<Record<string, string>> = {
    YYYY: year,
    YY: year.slice(-2),
    MM: month,
    DD: dayOfMonth,
    hh: hour,
    mm: minute,
    ss: second,
  }
  return form.replace(/YYYY|YY|MM|DD|hh|mm|ss/g, (part) => parts[part] ?? part)
}

/** RFC 5280 §4.1.2.5.1: a UTCTime is of the years 1950 to 2049. */
const readTime = (kind: 'utcTime' | 'generalizedTime', text: string): Date | undefined => {
  const [, year = '', ...rest] =
    (kind === 'utcTime' ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/).exec(
      text,
    ) ?? []
  if (year === '') return undefined
  const whole = year.length === 4 ? year : `${Number(year) < 50 ? 20 : 19}${year}`
  const [month, dayOfMonth, hour, minute, second] = rest
  const date = new Date(`${whole}-${month}-${dayOfMonth}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(date.getTime()) ? undefined : date
}
