package fathom.jupyter;

import fathom.plot.LiveDisplay;
import fathom.train.ProgressView;
import org.rapaio.jupyter.kernel.MainApp;

/** The kernel of a notebook, in which figures and the progress of trainings show themselves in cells. */
public final class Kernel {
    private Kernel() {}

    /**
     * Runs the kernel.
     *
     * @param args the connection file that Jupyter writes
     */
    public static void main(String[] args) throws Exception {
        // as in the command line: a warning of the library is one line
        String format = "java.util.logging.SimpleFormatter.format";
        if (System.getProperty(format) == null) {
            System.setProperty(format, "fathom: %5$s%n");
        }
        LiveDisplay.use(new FigureOutput(CellOutput::new));
        ProgressView.use(() -> new ProgressOutput(new CellOutput()));
        MainApp.main(args);
    }
}
