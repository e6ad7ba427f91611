# frozen_string_literal: true

module Members
  # What happens when somebody joins.
  class SignUp
    def self.before(event:, context:)
      event['response']['autoConfirmUser'] = true
      event
    end

    class << self
      def after(event:, context:)
        event
      end
    end
  end
end
