package fathom.cli;

import fathom.services.NearestName;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.UnmatchedArgumentException;

/** Messages for arguments that match nothing, with the names that were probably meant. */
final class Suggestions {
    private Suggestions() {}

    /** {@return the message for the first argument that matches nothing} */
    static String of(UnmatchedArgumentException e) {
        CommandLine command = e.getCommandLine();
        String argument = e.getUnmatched().getFirst();
        if (argument.matches("-[\\d.].*")) {
            return "%s looks like an option; put inputs that begin with a minus sign behind --".formatted(argument);
        }
        if (argument.length() > 1 && argument.startsWith("-")) {
            return option(command.getCommandSpec(), argument.replaceFirst("=.*", ""));
        }
        return commands(command).isEmpty()
                ? "%s: an argument that %s does not expect"
                        .formatted(argument, command.getCommandSpec().qualifiedName())
                : command(command, argument);
    }

    /** {@return the message for a command that does not exist} */
    static String command(CommandLine main, String name) {
        List<String> names = commands(main);
        String question = NearestName.question(name, names);
        return "there is no command %s; %s"
                .formatted(name, question.isEmpty() ? "there are " + String.join(", ", names) : question.strip());
    }

    /** {@return the names of the commands that help lists} */
    static List<String> commands(CommandLine main) {
        return main.getSubcommands().entrySet().stream()
                .filter(c -> !c.getValue().getCommandSpec().usageMessage().hidden())
                .map(Map.Entry::getKey)
                .toList();
    }

    private static String option(CommandSpec command, String name) {
        List<String> names =
                command.options().stream()
                        .filter(o -> !o.hidden())
                        .map(OptionSpec::longestName)
                        .map(n -> n.replaceFirst("^-+", ""))
                        .toList();
        List<String> nearest = NearestName.of(name.replaceFirst("^-+", ""), names);
        return "there is no option %s%s"
                .formatted(
                        name,
                        nearest.isEmpty() ? "" : "; did you mean --%s?".formatted(String.join(" or --", nearest)));
    }
}
