# Sessions of net-smtp, net-imap and net-pop; what goes in and out is told in scripted.ts.

require 'net/imap'
require 'net/pop'
require 'net/smtp'

TRUST, CA, SENDER, RECIPIENT, FILE, NUMBER = ARGV

# Checks the chain and the name, and trusts nothing but our root.
GIVEN = { ca_file: CA, verify_mode: OpenSSL::SSL::VERIFY_PEER }.freeze

def smtp(mode, host, port, user, password)
  client = Net::SMTP.new(host, port)
  context = OpenSSL::SSL::SSLContext.new.tap { |it| it.set_params(GIVEN) } if TRUST == 'given'
  mode == 'implicit' ? client.enable_tls(*context) : client.enable_starttls(*context)
  client.start('localhost', user, password, :plain) do |session|
    session.send_message(File.binread(FILE), SENDER, RECIPIENT)
  end
  [nil, nil]
end

def imap(mode, host, port, user, password)
  given = TRUST == 'given'
  client = Net::IMAP.new(host, port: port, ssl: mode == 'implicit' && (given ? GIVEN : true))
  given ? client.starttls(GIVEN) : client.starttls if mode == 'starttls'
  client.login(user, password)
  listed = client.list('', '*').map(&:name).join("\n")
  client.examine('INBOX')
  fetched = client.fetch(NUMBER.to_i, 'BODY.PEEK[]').first.attr['BODY[]']
  client.logout
  [listed, fetched]
ensure
  client&.disconnect
end

def pop3(_mode, host, port, user, password)
  client = Net::POP3.new(host, port)
  TRUST == 'given' ? client.enable_ssl(GIVEN) : client.enable_ssl
  client.start(user, password) do |session|
    listed = session.mails.map { |mail| "#{mail.number} #{mail.length}" }.join("\n")
    [listed, session.mails[NUMBER.to_i - 1].pop]
  end
end

def encode(octets)
  octets.nil? ? '-' : [octets].pack('m0')
end

$stdin.each_line do |line|
  protocol, mode, host, port, user, password = line.split
  begin
    listed, fetched = send(protocol, mode, host, port.to_i, user, password)
    puts ['ok', '-', encode(listed), encode(fetched)].join(',')
  rescue StandardError => e
    e = e.cause while e.cause # what went wrong first, not what went wrong when leaving
    puts ['error', encode("#{e.class}: #{e.message}"), '-', '-'].join(',')
  end
end
