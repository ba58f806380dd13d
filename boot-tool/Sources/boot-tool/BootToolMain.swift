// The executable: hands the command line to BootToolCore and its exit code to the system.

import BootToolCore
import Foundation

@main
enum BootToolMain {
  static func main() {
    exit(BootTool.run(arguments: Array(CommandLine.arguments.dropFirst())))
  }
}
