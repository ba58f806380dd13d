// Rules about dependencies, and the launch order that follows from them.

import CapABI
import Handoff

extension BootConfig {
  /// Checks every dependency and orders the services.
  ///
  /// - Throws: `LaunchRuleError.selfDependency`, `missingDependency`, `driverDependency`,
  ///   `foundationOrder`, `dependencyCycle`.
  func checkDependencies(_ roles: RoleIndex) throws(LaunchRuleError) -> LaunchOrder {
    var graph = RoleGraph(count: roles.count)
    var index = 0
    while let service = services[index] {
      let dependencies = dependencies(of: service)
      var position = 0
      while let dependency = dependencies[position]?.role {
        graph.add(from: index, to: try service.check(dependency, roles))
        position += 1
      }
      if let launcher = service.launchKind.launcher, let place = roles[launcher] {
        graph.add(from: index, to: place)
      }
      index += 1
    }
    do throws(GraphCycle) { return try graph.ordered() } catch {
      throw .dependencyCycle(roles.role(at: error.from), dependency: roles.role(at: error.to))
    }
  }
}

extension ServiceEntry {
  /// Checks one dependency; gives its place.
  fileprivate func check(
    _ dependency: RoleID, _ roles: RoleIndex
  ) throws(LaunchRuleError) -> Int {
    guard dependency != role else { throw .selfDependency(role) }
    guard let place = roles[dependency] else {
      throw .missingDependency(role, dependency: dependency)
    }
    // rootd does not wait for drivers, so nothing that it starts can wait for one.
    guard !dependency.isDriver || role.isDriver else {
      throw .driverDependency(role, driver: dependency)
    }
    // Foundation roles are numbered in their launch order, before all others.
    guard !isFoundation || dependency.rawValue < role.rawValue else {
      throw .foundationOrder(role, dependency: dependency)
    }
    return place
  }
}
