import { clock } from '../../clock.ts'
import { noHandshake } from '../../record/handshake.ts'
import type { ClientHelloRecord, ConnectionRecord } from '../../record/record.ts'
import type { Transcript } from '../../record/transcript.ts'

/** What is known of a connection when it is accepted. */
export type RecordedConnection = Pick<
  ConnectionRecord,
  'id' | 'nth' | 'scenario' | 'protocol' | 'mode' | 'host' | 'port' | 'remote' | 'role'
>

/** The record of a connection of which nothing has happened yet. */
export function newRecord(
  options: RecordedConnection,
  { transcript, clientHello }: { readonly transcript: Transcript; clientHello(): ClientHelloRecord | null },
): ConnectionRecord {
  // Named one by one: a spread in front of getters takes longer than all the rest of accepting a connection.
  const { id, nth, scenario, protocol, mode, host, port, remote, role } = options
  const record: ConnectionRecord = {
    id,
    nth,
    scenario,
    protocol,
    mode,
    host,
    port,
    remote,
    openedAt: new Date(clock.date()).toISOString(),
    times: {},
    bytes: { clearIn: 0, clearOut: 0, tlsIn: 0, tlsOut: 0 },
    get clientHello() {
      return clientHello()
    },
    handshake: noHandshake(),
    starttls: { requested: 0, refused: false, surplus: '' },
    capabilities: { clear: null, tls: null },
    commands: [],
    counts: { commands: 0, credentials: 0, messages: 0 },
    credentials: [],
    identities: [],
    envelopes: [],
    messages: [],
    injected: [],
    held: [],
    fired: [],
    defect: null,
    end: null,
    get transcript() {
      return transcript.entries
    },
    cut: false,
  }
  return role === undefined ? record : Object.defineProperty(record, 'role', { value: role, enumerable: true })
}
