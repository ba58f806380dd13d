// The boot configuration of an image, as inspect prints it. An image whose configuration is not
// valid can still be looked at: the report then says what is wrong with it.

import Bootstrap
import CapABI
import Handoff
import ImageDescription

/// What a boot-config section says, or why it says nothing.
struct BootConfigReport {
  private let section: [UInt8]
  private let summary: Result<BootConfigSummary, DescriptionError>

  /// Reads a section.
  init(_ section: [UInt8]) {
    self.section = section
    do throws(DescriptionError) { summary = .success(try BootConfigSummary(section)) } catch {
      summary = .failure(error)
    }
  }

  /// The part of the report for people: a line on the whole, then a row a service.
  var table: String {
    switch summary {
    case .failure(let error): "boot config    not valid: \(error)\n"
    case .success(let summary):
      """
      boot config    profile \(summary.profile), \(summary.services.count) services
      launch order   \(summary.orderText)

      \(summary.rows.aligned())
      """
    }
  }

  /// The part of the report for programs: `bootConfig`, the source text that compiles to the
  /// section, and `launchOrder`; `null` for what is not there.
  var jsonMembers: String {
    var config = "null"
    var order = "null"
    if let text = try? describeBootConfig(section) {
      // Strings have no line feeds, so every one stands between two lines of the text.
      let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
      config = lines.joined(separator: "\n  ")
    }
    if case .success(let summary) = summary, summary.brokenRule == nil {
      let roles = summary.services.map { "\"\($0.entry.role.text)\"" }
      order = "[\(roles.joined(separator: ", "))]"
    }
    return """
        "bootConfig": \(config),
        "launchOrder": \(order)
      """
  }
}

extension BootConfigSummary {
  /// The services' names in launch order, or why there is none.
  fileprivate var orderText: String {
    guard let brokenRule else {
      return services.map(\.entry.role.text).joined(separator: ", ")
    }
    return "none: \(DescriptionError.rule(brokenRule))"
  }

  /// One row for each service, below a row of headings.
  fileprivate var rows: [[String]] {
    let headings = [
      "#", "service", "launch", "required", "priority", "budget", "restart", "starts after",
    ]
    return [headings]
      + services.enumerated().map { index, service in
        [brokenRule == nil ? "\(index)" : "-"] + service.cells
      }
  }
}

extension ServiceDraft {
  /// What the table says about the service.
  fileprivate var cells: [String] {
    let dependencies = dependencies.map(\.role.text)
    return [
      entry.role.text, "\(entry.launchKind)", entry.isRequired ? "yes" : "no",
      "\(entry.priority)", "\(entry.budget)", "\(entry.restart.mode)",
      dependencies.isEmpty ? "-" : dependencies.joined(separator: ", "),
    ]
  }
}
