import { AppError } from '../../platform/errors/app-error.ts';
import type { Access } from './access.ts';

/** Whether somebody may read a conversation: for what is shown of several, where one refusal is no error. */
export async function mayRead(
  access: Pick<Access, 'require'>,
  userId: string,
  conversationId: string,
): Promise<boolean> {
  try {
    await access.require(userId, conversationId, 'read');
    return true;
  } catch (error) {
    if (error instanceof AppError && ['not-found', 'forbidden'].includes(error.code)) return false;
    throw error;
  }
}
