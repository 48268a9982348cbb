import { NodeEngine } from '../../src/tls/node/engine.ts'
import { describeEngine } from './contract.ts'

describeEngine("Node's engine", (options) => new NodeEngine(options), [
  'takes-a-reset-for-a-fin-in-a-session-that-is-heard-below',
])
