require "json"
require "openssl"

module ServicebotHelper
  PORTAL_ID = "__PORTAL_ID__"
  SECRET_KEY = "__SECRET_KEY__" # stays on the server

  # The identity is who your own session says is logged in, with an address that is verified.
  def servicebot_hash(identity)
    OpenSSL::HMAC.hexdigest("SHA256", SECRET_KEY, identity)
  end

  # What the page needs, as JSON that can stand inside a <script>.
  def servicebot_settings(identity)
    settings = { portal_id: PORTAL_ID, __IDENTIFY_BY__: identity, hash: servicebot_hash(identity) }
    JSON.generate(settings).gsub("<", '\u003c')
  end
end
