import { ScriptEngine } from '../../../src/tls/script/engine.ts'
import { describeEngine } from '../contract.ts'

describeEngine('the scripted engine', (options) => new ScriptEngine(options))
