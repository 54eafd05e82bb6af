package fathom.train.display;

import fathom.train.ProgressView;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The progress of a training: a bar while it goes on, and a line per epoch. */
final class ProgressRendering {
    private static final int MINUTE = 60;

    private ProgressRendering() {}

    static RenderedValue of(ProgressView.State state) {
        List<String> text = new ArrayList<>(state.lines());
        var html = new StringBuilder("<div>");
        if (!state.isEnded()) {
            String line = line(state);
            text.add(line);
            html.append(
                    String.format(
                            Locale.ROOT,
                            "<progress value=\"%d\" max=\"%d\" style=\"width: 20em; vertical-align: middle\"></progress> %s",
                            state.done(),
                            Math.max(1, state.total()),
                            Html.escape(line)));
        }
        if (!state.lines().isEmpty()) {
            html.append(Html.pre(String.join("\n", state.lines())));
        }
        return new RenderedValue(html.append("</div>").toString(), String.join("\n", text));
    }

    private static String line(ProgressView.State state) {
        var line = new StringBuilder();
        line.append(String.format(Locale.ROOT, "epoch %d/%d", state.epoch(), state.epochs()));
        if (!Double.isNaN(state.loss())) {
            line.append(String.format(Locale.ROOT, ", loss %.3f", state.loss()));
        }
        if (state.examplesPerSecond() > 0) {
            long left = Math.round(state.remainingSeconds());
            line.append(
                    String.format(
                            Locale.ROOT,
                            ", %,.0f examples/s, %d:%02d left",
                            state.examplesPerSecond(),
                            left / MINUTE,
                            left % MINUTE));
        }
        return line.toString();
    }
}
