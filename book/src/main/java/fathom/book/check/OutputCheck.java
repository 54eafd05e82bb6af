package fathom.book.check;

import fathom.book.page.CellKind;
import fathom.book.page.Page;
import fathom.book.page.Part;
import fathom.book.run.CellResult;
import fathom.book.run.Failure;
import fathom.book.run.PageOutputs;
import fathom.book.run.Substitution;
import java.util.ArrayList;
import java.util.List;

/** Checks what a page has shown: cells that run or must fail, figures that are printed, numbers for components. */
final class OutputCheck {
    private OutputCheck() {}

    static List<Problem> of(Page page, PageOutputs outputs) {
        List<Problem> problems = new ArrayList<>();
        List<Part.Cell> cells = page.cells();
        for (int i = 0; i < cells.size(); i++) {
            String wrong = wrong(cells.get(i).kind(), outputs.cells().get(i));
            if (wrong != null) {
                problems.add(new Problem(page.file(), cells.get(i).line(), wrong));
            }
        }
        String text = normalized(outputs.text());
        for (String line : page.front().prints()) {
            if (!text.contains(normalized(line))) {
                problems.add(
                        new Problem(
                                page.file(), 1, "front matter: prints: no cell prints " + line.replace("\n", "\\n")));
            }
        }
        for (String name :
                Substitution.undeclared(
                        cells.stream().map(Part.Cell::code).toList(), page.front().checked().keySet())) {
            problems.add(
                    new Problem(page.file(), 1, "front matter: checked: no cell declares %s = ...;".formatted(name)));
        }
        int number = 0;
        for (Part.Component component : page.parts(Part.Component.class).toList()) {
            for (String variable : component.variables()) {
                if (!outputs.values().containsKey(number + "." + variable)) {
                    problems.add(
                            new Problem(
                                    page.file(),
                                    component.line(),
                                    "%s: there is no tensor or number %s here".formatted(component.name(), variable)));
                }
            }
            number++;
        }
        return problems;
    }

    private static @org.jspecify.annotations.Nullable String wrong(CellKind kind, CellResult result) {
        if (result.failure().isEmpty()) {
            return kind == CellKind.ERROR ? "the cell must fail, and does not" : null;
        }
        Failure failure = result.failure().get();
        boolean isMeant =
                kind == CellKind.ERROR
                        && (failure.kind() == Failure.Kind.THROWN || failure.kind() == Failure.Kind.COMPILE);
        return isMeant ? null : "the cell fails: " + failure.message().strip().replaceAll("\\s*\\R\\s*", "; ");
    }

    private static String normalized(String text) {
        return text.replace("\r", "").replaceAll("[ \\t]+\\n", "\n");
    }
}
