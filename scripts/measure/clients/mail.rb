# Reads targets as JSON on stdin and prints one line per finding: what net/smtp, net/imap and net/pop say.
require "json"
require "net/imap"
require "net/pop"
require "net/smtp"
require "openssl"
require "timeout"

given = JSON.parse($stdin.read)
seconds = given["limit"] / 1000.0

store_for = lambda do |target|
  store = OpenSSL::X509::Store.new
  store.add_file(given["ca"])
  if target["crl"]
    File.read(target["crl"]).scan(/-----BEGIN.*?-----END[^\n]*\n/m) { |pem| store.add_crl(OpenSSL::X509::CRL.new(pem)) }
    store.flags = OpenSSL::X509::V_FLAG_CRL_CHECK
  end
  store
end

smtp = lambda do |target|
  context = OpenSSL::SSL::SSLContext.new
  context.set_params(cert_store: store_for.(target))
  server = Net::SMTP.new(target["servername"], target["port"])
  target["mode"] == "implicit" ? server.enable_tls(context) : server.enable_starttls(context)
  server.open_timeout = server.read_timeout = seconds
  server.start("localhost", target["user"], target["password"], :plain) {}
end

imap = lambda do |target|
  params = { cert_store: store_for.(target) }
  implicit = target["mode"] == "implicit"
  server = Net::IMAP.new(target["servername"], port: target["port"], ssl: implicit && params, open_timeout: seconds)
  server.starttls(params) unless implicit
  server.login(target["user"], target["password"])
  server.logout
  server.disconnect
end

pop3 = lambda do |target|
  server = Net::POP3.new(target["servername"], target["port"])
  server.enable_ssl(verify_mode: OpenSSL::SSL::VERIFY_PEER, cert_store: store_for.(target))
  server.open_timeout = server.read_timeout = seconds
  server.start(target["user"], target["password"]) {}
end

runs = { "smtp" => ["net/smtp", smtp], "imap" => ["net/imap", imap], "pop3" => ["net/pop", pop3] }

given["targets"].each_with_index do |target, index|
  # net/pop has no STLS.
  next if target["protocol"] == "pop3" && target["mode"] != "implicit"

  client, run = runs[target["protocol"]]
  finding = { index: index, client: client, ok: true, code: nil, texts: [] }
  begin
    Timeout.timeout(seconds) { run.(target) }
  rescue StandardError => error
    finding.update(ok: false, code: error.class.name, texts: ["#{error.message} (#{error.class})"])
  end
  puts JSON.generate(finding)
  $stdout.flush
end
