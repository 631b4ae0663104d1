# For each identity of a line: its hash in one line, the page with its settings in the next.
require "erb"
require "./servicebot_helper"

class View
  include ServicebotHelper

  attr_accessor :current_user

  def raw(text) = text

  def render = ERB.new(File.read("page.erb")).result(binding)
end

User = Struct.new(:identity) do
  def email = identity
  def stripe_customer_id = identity
end

view = View.new
$stdin.set_encoding("UTF-8")
$stdin.each_line(chomp: true) do |identity|
  view.current_user = User.new(identity)
  puts view.servicebot_hash(identity)
  puts view.render.tr("\n", " ")
end
