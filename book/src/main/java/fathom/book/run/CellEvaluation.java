package fathom.book.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.Diag;
import jdk.jshell.EvalException;
import jdk.jshell.ExpressionSnippet;
import jdk.jshell.JShell;
import jdk.jshell.JShellException;
import jdk.jshell.Snippet;
import jdk.jshell.Snippet.Status;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.UnresolvedReferenceException;
import jdk.jshell.VarSnippet;
import org.jspecify.annotations.Nullable;

/** Evaluates cells in JShell: piece by piece; the value of a last expression shows itself, as in a notebook. */
final class CellEvaluation {
    private final JShell shell;
    private volatile boolean isStopped;

    CellEvaluation(JShell shell) {
        this.shell = shell;
    }

    /** Begins a cell. */
    void begin() {
        isStopped = false;
    }

    /** Has the cell end before its next piece. */
    void stop() {
        isStopped = true;
    }

    boolean isStopped() {
        return isStopped;
    }

    /** {@return why it failed; null if it did not} */
    @Nullable Failure run(String code, boolean showsLast) {
        Failure failure = pieces(code, showsLast);
        return isStopped ? new Failure(Failure.Kind.STOPPED, "stopped") : failure;
    }

    private @Nullable Failure pieces(String code, boolean showsLast) {
        String rest = code;
        List<Snippet> recoverable = new ArrayList<>();
        while (!rest.isBlank() && !isStopped) {
            var info = PageJvm.first(shell, rest);
            if (info == null) {
                break;
            }
            boolean isIncomplete =
                    info.completeness() == Completeness.DEFINITELY_INCOMPLETE
                            || info.source() == null && info.remaining().isEmpty();
            String source = isIncomplete ? rest : info.source();
            rest = isIncomplete ? "" : info.remaining();
            boolean isLast = PageJvm.first(shell, rest) == null;
            boolean isShown = showsLast && isLast && !withoutComment(source).endsWith(";");
            for (SnippetEvent event : shell.eval(source)) {
                if (event.causeSnippet() != null) {
                    continue; // an earlier piece that this one changed
                }
                Failure failure = failure(event, source);
                if (failure != null) {
                    return failure;
                }
                if (event.status() == Status.RECOVERABLE_DEFINED || event.status() == Status.RECOVERABLE_NOT_DEFINED) {
                    recoverable.add(event.snippet());
                }
                String name = isShown ? name(event.snippet()) : null;
                if (name != null) {
                    Failure notShown = run("fathom.book.run.CellSink.show(%s);".formatted(name), false);
                    if (notShown != null) {
                        return notShown;
                    }
                }
            }
        }
        for (Snippet snippet : recoverable) {
            if (snippet instanceof DeclarationSnippet declaration
                    && shell.status(snippet) == Status.RECOVERABLE_NOT_DEFINED) {
                return unresolved(declaration);
            }
        }
        return null;
    }

    private static String withoutComment(String source) {
        return source.replaceAll("//[^\"\\n]*\\s*$", "").strip();
    }

    /** {@return the name of the variable that has the value of an expression; null if it has none} */
    private static @Nullable String name(Snippet snippet) {
        return switch (snippet) {
            case ExpressionSnippet e when !e.typeName().equals("void") -> e.name();
            case VarSnippet v when v.subKind() == Snippet.SubKind.TEMP_VAR_EXPRESSION_SUBKIND -> v.name();
            default -> null;
        };
    }

    private @Nullable Failure failure(SnippetEvent event, String source) {
        if (event.status() == Status.REJECTED) {
            return new Failure(Failure.Kind.COMPILE, compilerSays(event.snippet(), source));
        }
        JShellException exception = event.exception();
        return switch (exception) {
            case null -> null;
            case EvalException e -> thrown(e);
            case UnresolvedReferenceException e -> unresolved(e.getSnippet());
            default -> new Failure(Failure.Kind.THROWN, String.valueOf(exception));
        };
    }

    /** A declaration whose body does not compile: a name is missing, or something else is wrong. */
    private Failure unresolved(DeclarationSnippet declaration) {
        List<String> missing = shell.unresolvedDependencies(declaration).toList();
        return new Failure(
                Failure.Kind.COMPILE,
                missing.isEmpty()
                        ? compilerSays(declaration, declaration.source())
                        : "not found: " + String.join(", ", missing));
    }

    private static Failure thrown(EvalException e) {
        String name = e.getExceptionClassName();
        if (name.equals(CellSink.OutputLimitError.class.getName())) {
            return new Failure(Failure.Kind.OUTPUT, String.valueOf(e.getMessage()));
        }
        String simple = name.substring(Math.max(name.lastIndexOf('.'), name.lastIndexOf('$')) + 1);
        String message = e.getMessage();
        return new Failure(
                Failure.Kind.THROWN, message == null || message.isBlank() ? simple : simple + ": " + message);
    }

    private String compilerSays(Snippet snippet, String source) {
        var text = new StringBuilder();
        for (Diag diag : shell.diagnostics(snippet).toList()) {
            if (!diag.isError()) {
                continue;
            }
            int start = (int) Math.clamp(diag.getStartPosition(), 0L, source.length());
            int from = source.lastIndexOf('\n', Math.max(0, start - 1)) + 1;
            int to = source.indexOf('\n', start);
            String line =
                    source.substring(Math.min(from, source.length()), to < 0 ? source.length() : Math.max(to, from));
            text.append(text.isEmpty() ? "" : "\n").append("error: ").append(diag.getMessage(Locale.ENGLISH).strip());
            text.append('\n').append(line.strip());
        }
        return text.isEmpty() ? "error: this is not Java: " + source.strip() : text.toString();
    }
}
