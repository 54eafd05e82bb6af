package fathom.vision.ocr;

/** Options of {@link Ocr}: {@code Ocr.load(folder, o -> o.maxSide(1920))}. */
public final class OcrOptions {
    private int maxSide = 960;
    private double pixelThreshold = 0.3;
    private double boxThreshold = 0.6;
    private double growth = 2;
    private double turnThreshold = 0.9;
    private double minConfidence = 0.5;

    /** The defaults: PaddleOCR's, except for {@link #growth}. */
    public OcrOptions() {}

    /**
     * The longer side in pixels that larger images are reduced to for detection; more finds smaller text. Default: 960.
     */
    public OcrOptions maxSide(int pixels) {
        if (pixels < 32) {
            throw new IllegalArgumentException("maxSide: expected at least 32 pixels, not " + pixels);
        }
        this.maxSide = pixels;
        return this;
    }

    /** The probability from which a pixel belongs to text. Default: 0.3. */
    public OcrOptions pixelThreshold(double probability) {
        this.pixelThreshold = probability;
        return this;
    }

    /** The mean probability from which a region is text. Default: 0.6. */
    public OcrOptions boxThreshold(double probability) {
        this.boxThreshold = probability;
        return this;
    }

    /**
     * How far regions grow, as a multiple of their area divided by their perimeter. Default: 2. With PaddleOCR's 1.5
     * boxes touch the text, and spaces get lost.
     */
    public OcrOptions growth(double ratio) {
        this.growth = ratio;
        return this;
    }

    /** The probability from which a line is turned by 180 degrees. Default: 0.9. */
    public OcrOptions turnThreshold(double probability) {
        this.turnThreshold = probability;
        return this;
    }

    /** The confidence from which a line is returned. Default: 0.5. */
    public OcrOptions minConfidence(double probability) {
        this.minConfidence = probability;
        return this;
    }

    int maxSide() {
        return maxSide;
    }

    double pixelThreshold() {
        return pixelThreshold;
    }

    double boxThreshold() {
        return boxThreshold;
    }

    double growth() {
        return growth;
    }

    double turnThreshold() {
        return turnThreshold;
    }

    double minConfidence() {
        return minConfidence;
    }
}
