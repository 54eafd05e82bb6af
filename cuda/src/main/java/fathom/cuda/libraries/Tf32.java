package fathom.cuda.libraries;

import java.util.Locale;

/**
 * Whether float32 is multiplied on tensor cores with 10 bits of mantissa (TF32). The system property {@code
 * fathom.cuda.tf32}: {@code true} or {@code false} for all; else convolutions only, as in PyTorch ({@code
 * torch.backends.cuda.matmul.allow_tf32}, {@code torch.backends.cudnn.allow_tf32}).
 */
public final class Tf32 {
    private Tf32() {}

    private static String setting() {
        return System.getProperty("fathom.cuda.tf32", "").strip().toLowerCase(Locale.ROOT);
    }

    /** {@return whether matrix products use it} */
    public static boolean inProducts() {
        return setting().equals("true");
    }

    /** {@return whether convolutions use it} */
    public static boolean inConvolutions() {
        return !setting().equals("false");
    }
}
