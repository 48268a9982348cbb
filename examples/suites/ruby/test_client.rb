require 'json'
require 'minitest/autorun'
require 'net/http'
require_relative 'client'

class TestClient < Minitest::Test
  def api(method, path, body = nil)
    uri = URI(ENV.fetch('MOCKMAIL_API') + path)
    headers = { 'Authorization' => "Bearer #{ENV.fetch('MOCKMAIL_TOKEN')}" }
    JSON.parse(Net::HTTP.start(uri.host, uri.port) { |http| http.send_request(method, uri, body, headers).body })
  end

  %w[good expired wrong-host untrusted-root].each do |scenario|
    define_method("test_#{scenario}") do
      ['good', scenario].each do |served| # A refusal counts only of a client that works on the good server.
        server = api('PUT', '/api/v1/endpoints/e1', { scenario: served }.to_json)
        begin read_mail(server['port'])
        rescue OpenSSL::SSL::SSLError, SystemCallError then nil # As it likes: what counts is what reached the server.
        end
        outcome = api('GET', '/api/v1/endpoints/e1/outcome')
        assert_equal 'pass', outcome['verdict'], outcome.to_json
      end
    end
  end
end
