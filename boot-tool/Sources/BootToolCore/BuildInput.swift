// What build makes an image from: collected from the command line and the description file.

import BootImg
import Bytes
import CapABI

/// The input of a build.
struct BuildInput: Equatable {
  /// A section with the file its payload comes from.
  struct Section: Equatable {
    var family: SectionFamily
    var role: UInt16
    var name: SectionName
    var path: String
  }

  var profile: BootProfile?
  var imageVersion: UInt64?
  var buildID: FixedBytes<32>?
  var keyPath: String?
  var sections: [Section] = []

  /// Adds a section; the name of a service or driver is that of its role.
  mutating func add(_ family: SectionFamily, name: String, path: String) throws(Problem) {
    guard let sectionName = SectionName(text: name) else { throw .badName(name) }
    var role = RoleID.none
    if family.hasRole {
      guard let known = RoleID(name: name), known.isDriver == (family == .driver) else {
        throw .unknownRole(name, family)
      }
      role = known
    }
    sections.append(Section(family: family, role: role.rawValue, name: sectionName, path: path))
  }

  /// Whether there is a section of a family.
  func has(_ family: SectionFamily) -> Bool { sections.contains { $0.family == family } }

  /// The sections in the order of the section table.
  ///
  /// Duplicates end up side by side; the format refuses them.
  var orderedSections: [Section] {
    sections.sorted { first, second in
      (first.family.rawValue, first.role, first.name.text)
        < (second.family.rawValue, second.role, second.name.text)
    }
  }

  /// What can be wrong with a single input, wherever it comes from.
  enum Problem: Error, Equatable {
    /// Not a section name.
    case badName(String)
    /// No service or driver has this name.
    case unknownRole(String, SectionFamily)

    /// What is wrong, as part of a sentence.
    var reason: String {
      switch self {
      case .badName(let name): "'\(name)' is not a section name"
      case .unknownRole(let name, let family): "there is no \(family.text) '\(name)'"
      }
    }
  }
}
