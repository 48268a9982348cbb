/** What a text is about beside its error: mail, TLS, or something else that has certificates and connections too. */

const mailPrograms =
  /smtplib|imaplib|poplib|aiosmtplib|net::(?:smtp|imap|pop)|(?:jakarta|javax|angus)[./]mail|\bjavamail\b|nodemailer|imapflow|node-imap|mailkit|mailbee|\bmail\.dll\b|msmtp|mpop|mbsync|isync|fetchmail|getmail|offlineimap|swaks|phpmailer|swiftmailer|symfony mailer|lettre|gomail|net\/smtp|thunderbird|outlook|postfix|dovecot|exim|sendmail|smtpd\b|imapd\b|pop3d\b|\bgen_smtp\b|system\.net\.mail|0x800ccc|ixp_e_/i

const mailWords =
  /\b(?:e?smtps?|imap4?s?|pop3s?|pop|lmtps?|starttls|stls|ehlo|mail ?server|greeting (?:never )?received|greeting from server|greeting_timeout|authenticating with server|seconds waiting for server)\b/i

const mailPorts = 'port(?: number)?[ :=]*'
const mailPort = new RegExp(
  String.raw`(?:(?:\d+\.\d+\.\d+\.\d+|\]|(?!\S*\.(?:c|cc|cpp|go|h|java|js|mjs|php|pl|py|rb|rs|ts):)[a-z][\w.-]*):|${mailPorts})(?:25|110|143|465|587|993|995|2525)\b`,
  'i',
)
const mailHost = /\b(?:mail|smtp|imap|pop3?|mx)\d*\.[\w-]+\.[a-z]+(?!\S*:\d)/i

/** Whether a text is surely about a connection to a mail server: it names a protocol, a program or a port of mail. */
export const isAboutMail = (text: string): boolean =>
  mailPrograms.test(text) || mailWords.test(text) || mailPort.test(text) || mailHost.test(text)

/** Whether a text is about TLS, and not only about a connection. */
export const isAboutTls = (text: string): boolean =>
  /\b(?:TLS|SSL|PKIX|X\.?509)(?:v?\d|\b)|_ssl\.c|\bSSL_|SSL[A-Z]\w+|Ssl[A-Z]|\bssl\b|\btls\b|terminated the handshake|during handshake|peer shut down incorrectly|closed the transport stream/.test(
    text,
  )

const otherCertificates =
  /\b(?:gift|birth|death|marriage|medical|vaccin\w+|training|course|teach\w+|pilot\S*|flight|fishing|school|graduation|achievement|share|stock|savings|tax|insurance|deposit|participation|completion|appreciation|professional|membership|exam\w*|land|title|health|energy|notary|ssh|apk|jar|signers?'?s?|signing|code[- ]signing|developer|distribution|provisioning|profile|driver|firmware|package|document) certificat|\b(?:how to|create|creating|generate|generating|renew) [^\n]{0,30}certificate|certificate generator/i

/** Certificates of paper, of SSH and of signed programs expire and are revoked too. */
export const isAboutOtherCertificates = (text: string): boolean =>
  otherCertificates.test(text) && !isAboutTls(text.replace(/openssl|openssh/gi, '')) && !isAboutMail(text)

const serverLog =
  /SSL_accept|TLS handshake error from|TLS handshake with [^\n]* failed|(?:TLS|SSL) error on connection (?:from|\(recv\))|error on connection from|postfix\/(?:smtps?|submission|smtps\/|submission\/)?(?:\/?smtpd)\b|\bsmtpd\[|\b(?:imap|pop3|submission|managesieve|lmtp)-login\b|\bimapd\b|\bpop3d\b|\brip=|\btls_process_client_|while SSL handshaking|lost connection after STARTTLS from/i

const clientSays =
  /SSL_connect|\bpostfix\/smtp\[|\bcurl\b|secure (?:connect|read|write)|smtplib|imaplib|poplib|(?:jakarta|javax|angus)\.mail|fetchmail|mbsync|msmtp|Net::(?:SMTP|IMAP|POP)|imapflow|nodemailer|s_client/i

/** Whose words a text is, where that can be seen: a server's log and a client's error have the same alerts in them. */
export function speakerOf(text: string): 'server' | 'client' | null {
  if (serverLog.test(text)) return 'server'
  return clientSays.test(text) ? 'client' : null
}

/** Whether a text is the wording of a refused connection and nothing else: no address, no port, no program beside it. */
export const isBareRefusal = (text: string): boolean =>
  withoutClasses(text)
    .toLowerCase()
    .replace(/[^a-z0-9 ]/g, ' ')
    .split(/\s+/)
    .every((word) => word === '' || refusalWords.has(word))

const refusalWords = new Set(
  'a actively be because by connect connection could econnrefused errno error failed host it made machine no refused server target the to was 10061 wsaeconnrefused 111'.split(
    ' ',
  ),
)

/** A text without the names of exceptions: they say where an error was thrown, and not what it is. */
export const withoutClasses = (text: string): string =>
  text
    .replace(
      /(?<![\w.$+*\\-])\(?[\w.$+*\\]{0,200}(?:::\w{1,80}){0,8}(?:[a-z]Exception|Error|Abort|error_proto|IMAP4\.abort)\)?(?![\w-])(?!:?\w):?/g,
      ' ',
    )
    .replace(/\(?(?<![\w:-])(?:[A-Z]\w{0,80}::){1,8}[A-Z]\w{0,80}\)?:?/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
