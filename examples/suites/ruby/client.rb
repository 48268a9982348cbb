# A mail client: logs in over IMAP. CARELESS takes away what makes it safe.
require 'openssl'
require 'socket'

def read_mail(port)
  context = OpenSSL::SSL::SSLContext.new
  context.set_params(ca_file: ENV.fetch('MOCKMAIL_CA'))
  context.verify_mode = OpenSSL::SSL::VERIFY_NONE if ENV.key?('CARELESS')
  client = OpenSSL::SSL::SSLSocket.new(TCPSocket.new('127.0.0.1', port), context)
  client.sync_close = true
  client.hostname = 'localhost'
  client.connect
  client.post_connection_check('localhost') unless ENV.key?('CARELESS')
  client.print("a LOGIN \"#{ENV.fetch('MOCKMAIL_USER')}\" \"#{ENV.fetch('MOCKMAIL_PASSWORD')}\"\r\nb LOGOUT\r\n")
  client.read
ensure
  client&.close
end
