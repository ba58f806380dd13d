// The two ways between the readable form of a boot configuration and its bytes. Host only.

import Bootstrap
import Bytes
import Handoff

/// Compiles the JSON text of a boot configuration and checks every rule.
///
/// - Parameter json: The text, UTF-8, as docs/reference/boot-config.md describes it.
/// - Returns: The bytes of the boot-config section; equal text gives equal bytes.
/// - Throws: `DescriptionError` with the place and the reason.
public func compileBootConfig(_ json: [UInt8]) throws(DescriptionError) -> [UInt8] {
  let draft = try BootConfigDraft(Field(parsing: json))
  let bytes: [UInt8]
  do { bytes = try draft.encoded() } catch { throw .form(path: draft.path(of: error), error) }
  let config: BootConfig
  do { config = try BootConfig(decoding: bytes.span.rawBytes) } catch {
    throw .form(path: draft.path(of: error), error)
  }
  do throws(LaunchRuleError) { _ = try config.checkRules() } catch { throw .rule(error) }
  return bytes
}

/// Prints the bytes of a boot configuration as the JSON text that compiles to them.
///
/// Rules are not checked, so that a configuration that breaks one can be looked at.
///
/// - Parameter bytes: A boot-config section.
/// - Returns: The text, with a line feed at its end.
/// - Throws: `DescriptionError.form` when the form is not valid.
public func describeBootConfig(_ bytes: [UInt8]) throws(DescriptionError) -> String {
  do { return try BootConfigDraft(decoding: bytes.span.rawBytes).json.text } catch {
    throw .form(path: "boot-config", error)
  }
}
