export { anyAlert } from './alert-names.ts'
export { answer, canary, date, host, line, marker, next, self, tag } from './bytes.ts'
export { definePresets, defineQuirks } from './define.ts'
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
export { clearUse } from './fine-names.ts'
export { hex, param } from './recipe/values.ts'
