export { answer, canary, date, hex, host, line, marker, next, self, tag } from './bytes.ts'
export {
  alert,
  below,
  close,
  drip,
  hold,
  inject,
  on,
  refuse,
  repeat,
  reply,
  send,
  silent,
  stayInClear,
  upgrade,
  wait,
} from './effects.ts'
