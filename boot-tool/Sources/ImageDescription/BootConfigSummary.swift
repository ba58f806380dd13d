// A boot configuration as a tool looks at it: is it for this image, and in which order are its
// services launched. Unlike rootd, a tool can show a configuration that breaks a rule.

package import Bootstrap
import Bytes
package import Handoff

/// What a boot configuration of valid form says.
package struct BootConfigSummary {
  /// The profile of the images that may carry it.
  package let profile: BuildProfile
  /// The services: in launch order, or in order of roles when a rule is broken.
  package let services: [ServiceDraft]
  /// The first broken rule; `nil` when `services` are in launch order.
  package let brokenRule: LaunchRuleError?

  /// Reads a boot-config section.
  ///
  /// - Throws: `DescriptionError.form` when the form is not valid.
  package init(_ bytes: [UInt8]) throws(DescriptionError) {
    do throws(FormatError) {
      let draft = try BootConfigDraft(decoding: bytes.span.rawBytes)
      let config = try BootConfig(decoding: bytes.span.rawBytes)
      profile = draft.info.profile
      do throws(LaunchRuleError) {
        let order = try config.checkRules()
        services = (0..<order.count).compactMap { order[$0] }.map { draft.services[$0] }
        brokenRule = nil
      } catch {
        services = draft.services
        brokenRule = error
      }
    } catch {
      throw .form(path: "boot-config", error)
    }
  }

  /// Checks that an image of a profile may carry the configuration.
  ///
  /// - Throws: `DescriptionError.rule` for a broken rule, `wrongProfile` for another profile.
  package func check(for expected: BuildProfile) throws(DescriptionError) {
    if let brokenRule { throw .rule(brokenRule) }
    guard profile == expected else {
      throw .wrongProfile(found: profile, expected: expected)
    }
  }
}
